/** Given names that surrogates are taken from, by the gender they mostly have. Written down from general knowledge. */
const list = (names: string): readonly string[] => names.trim().split(/\s+/)

export const FEMALE_NAMES = list(`
  Abigail Ada Adaeze Adele Adriana Agata Agnes Aino Aisha Akosua Alba Alessia Alexandra Alice Alicia Alina Alison Alma Amanda
  Amelia Amelie Amina Amira Ana Anastasia Andrea Aneta Angela Anika Anita Anja Anna Annabel Anneli Annika Antonia Aoife
  Ariana Astrid Audrey Aurora Aylin Ayse Barbara Beata Beatrice Beatriz Bella Berit Bianca Birgit Bonnie Brenda Bridget
  Britta Camila Camille Carina Carla Carmen Carol Carolina Caroline Catalina Catherine Cecilia Celeste Celine Chantal
  Charlotte Chiara Chloe Christina Ciara Clara Claudia Clementine Colette Constance Cora Cordelia Cristina Daniela Daphne
  Deborah Delia Denise Diana Dina Dolores Dora Doris Dorota Edith Ebba Elaine Eleanor Elena Eleni Elif Elin Elise Eliza
  Elizabeth Ella Ellen Elsa Elvira Emilia Emily Emine Emma Erika Erin Esme Estelle Esther Eugenia Eunice Eva Evelyn Farida
  Fatima Federica Felicia Fiona Flavia Flora Fleur Frances Francesca Freya Frida Gabriela Gabrielle Gemma Genevieve Georgia
  Gertrude Giulia Gloria Greta Gretchen Gudrun Gwen Hana Hanna Hannah Harriet Hatice Hedda Heidi Helen Helena Helga Henrietta
  Hermine Hilda Ida Ilaria Imogen Ines Inga Ingrid Irena Irene Irina Isabel Isabella Isadora Isla Ivana Jacqueline Jana Jane
  Janet Janina Jasmin Jelena Jennifer Jessica Joan Joana Joanna Johanna Josephine Judith Julia Juliana Juliet Justyna Kamila
  Karen Karin Karolina Katarina Katarzyna Kate Katharina Kathleen Katja Kerstin Kirsten Klara Lara Larissa Laura Lea Leila
  Lena Leonie Leticia Lidia Lilian Linda Linnea Livia Lorena Lotte Louise Lucia Lucinda Lucy Ludmila Luisa Lydia Mabel
  Madeleine Magda Magdalena Maja Malin Manuela Mara Margaret Margarita Margot Maria Mariam Marianne Marie Marina Marion Marisol
  Marta Martha Martina Mary Matilda Maud Maya Megan Meike Meera Melanie Melissa Mercedes Merle Michelle Mila Milena Mina
  Miranda Miriam Molly Monica Monika Nadia Nadine Nanami Naomi Natalia Natalie Neha Nerea Ngozi Nicola Nicole Nina Nora Norma
  Odette Ofelia Olga Olivia Ottilie Paloma Pamela Patricia Paula Pauline Penelope Petra Philippa Phoebe Pia Pilar Polina Priya
  Rachel Rafaela Raquel Rebecca Regina Renata Renate Rhiannon Rita Roberta Rocio Romy Rosa Rosalind Rosanna Rosemary Roxana
  Ruth Sabine Sabrina Salma Samantha Sandra Sanne Saoirse Sara Sarah Selma Serena Shannon Sharon Sibylle Sigrid Silvia Simone
  Siobhan Sofia Solveig Sonia Sophie Stefania Stella Stephanie Susan Susanne Svenja Svetlana Sylvia Tamara Tanja Tatiana
  Teresa Thea Theresa Tilda Tove Ulrike Ursula Valentina Valerie Vanessa Vera Verena Veronica Victoria Viktoria Vivian
  Ann Anne Annie Betty Dorothy Donna Diane Christine Janice Judy Kathy Kelly Lauren Tiffany Heather Stacy Theodora Brittany
  Danielle Kayla Courtney Lindsay Hailey Madison Mia Ava Scarlett Joyce Gladys Peggy Nancy Sally Tina Tara Tracey Claire Clare
  Katie Kylie Sienna Leah Lila Naya Aaliyah Michaela Freda Gail Carrie Maxine Nellie Noreen Maureen Deirdre Sinead Niamh Orla
  Roisin Aisling Sunita Lakshmi Sakura Zahra Layla Dimitra Elizaveta Henrike Annalena Giada Ludovica Margherita
  Wanda Wendy Wilhelmina Wilma Winifred Xenia Yasmin Ylva Yolanda Yvette Yvonne Zainab Zara Zeynep Zofia Zoe Zuzanna`)

export const MALE_NAMES = list(`
  Aaron Abdul Adam Adrian Ahmed Alan Albert Alejandro Alessandro Alexander Alfonso Alfred Ali Alistair Alvaro Amir Anders
  Andre Andreas Andrew Angus Anil Anthony Anton Antonio Archie Arne Arnold Arthur Arvid Ashok Axel Baptiste Barnaby Barry
  Bartosz Bastian Ben Benedict Benjamin Bernard Bernd Bjorn Boris Bram Brendan Brett Brian Bruno Byron Callum Calvin Carl
  Carlos Cedric Cesar Charles Chidi Christopher Claude Clemens Clement Clifford Clive Colin Conor Conrad Cornelius Craig
  Cyril Dag Damian Daniel Dario Darren David Davide Declan Denis Derek Desmond Detlef Devin Diego Dieter Dimitri Dirk
  Dominic Donald Douglas Duncan Dylan Eamon Edgar Edmund Eduardo Edward Edwin Elias Elliot Emanuel Emil Emilio Emre Enrico
  Enrique Enzo Erasmus Eric Erik Ernest Esteban Ethan Etienne Eugene Evan Fabian Fabio Farid Federico Felipe Felix Ferdinand
  Fergus Fernando Filip Finn Florian Francesco Francis Francisco Frank Franz Fraser Frederick Fredrik Gabriel Gareth Gary
  Gavin Geoffrey George Gerald Gerard Gerhard Gideon Gilbert Giorgio Giovanni Giuseppe Glenn Gordon Graham Gregory Guido
  Guillermo Gunnar Gustav Gustavo Hakan Hans Harald Harold Harry Harvey Hasan Hector Heinrich Heinz Helmut Hendrik Henri
  Henrik Henry Herbert Herman Hiroshi Holger Horatio Howard Hubert Hugo Ian Ibrahim Ignacio Igor Ingmar Isaac Ismail Ivan
  Ivo Jacek Jack Jacob Jakob Jakub James Jan Jannik Jason Javier Jeffrey Jens Jeremy Jerome Joachim Joao Joaquin Joel
  Johannes John Jonas Jonathan Jorge Jose Josef Joseph Joshua Juan Jukka Julian Julius Jurgen Justin Kacper Karim Karl
  Kaspar Keith Kemal Kenji Kenneth Kevin Khalid Klaus Konrad Kristof Kurt Kwame Lachlan Lars Laurence Lawrence Leander Leif
  Leo Leon Leonard Leonardo Leopold Lewis Liam Linus Lorenz Lorenzo Lothar Louis Luca Lucas Lucian Ludwig Luigi Luis Lukas
  Luke Maciej Magnus Malcolm Manfred Manuel Marc Marcel Marcin Marco Marcus Marek Mario Marius Markus Martin Mateo Mateusz
  Mathieu Matteo Matthew Matthias Maurice Mauro Maximilian Mehmet Michael Michal Miguel Mikael Milan Milo Mohamed Morten
  Murat Mustafa Nathan Nathaniel Neil Nicholas Nicolas Niels Nikhil Niklas Nikolai Nils Noah Norbert Norman Olaf Ole Oleg
  Oliver Omar Orlando Oscar Oskar Osman Otto Owen Pablo Paolo Pascal Patrick Paul Pavel Pedro Per Percival Peter Philip
  Philippe Pierre Piotr Quentin Rafael Rahul Rainer Rajesh Ralf Ralph Raman Ramon Raphael Rashid Rasmus Raymond Reinhard Rene
  Reuben Ricardo Richard Robert Roberto Rodrigo Roger Roland Rolf Roman Ronald Rory Ross Rudolf Rupert Russell Ryan Salvador
  Samuel Sandeep Sanjay Santiago Scott Sean Sebastian Sergei Sergio Seth Sigurd Silas Simon Soren Stefan Stephen Steven Stuart
  Sven Tariq Tarun Terence Theodor Theodore Thibault Thomas Thorsten Tiago Timothy Tobias Tomas Tomasz Torben Tristan Ulf
  Ulrich Umberto Urs Uwe Valentin Victor Viktor Vikram Vincent Vincenzo Vladimir Walter Warren Wendell Werner Wilfred Wilhelm
  Theo Alfie Toby Kyle Tyler Brandon Dustin Travis Aiden Jayden Landon Wyatt Levi Eli Caleb Isaiah Elijah Jeremiah Josiah Jaxon
  Trevor Derrick Marvin Melvin Alvin Curtis Dwight Darryl Reginald Tyrone Jamal DeShawn Malik Darius Bruce Earl Floyd Clyde Leroy
  Jerry Larry Danny Johnny Bobby Tommy Jimmy Eddie Freddie Dave Mike Steve Greg Jeff Tony Andy Pete Phil Jake Josh Zach Fred
  Akira Kofi Ravi Arjun Deepak Amit Mohammed Muhammad Hassan Hussein Bilal Nikos Yannis Matti Juhani Zoltan Laszlo Istvan
  William Winston Wojciech Wolfgang Xavier Yannick Yusuf Zachary Zbigniew`)

export const EITHER_NAMES = list(`
  Alex Ariel Ashley Avery Billie Blair Cameron Charlie Chris Dana Drew Eden Ellis Emery Finley Frankie Hayden Jamie Jesse
  Jordan Jules Kai Kerry Kim Kit Lee Leslie Logan Morgan Nikita Noor Parker Pat Quinn Reese Riley Robin Rowan Sacha Sam Sasha
  Shawn Sidney Skyler Taylor Terry Toni Tracy Yuki`)

/** Names that are words as well: known, but never written in place of another, since they would read as words. */
export const FEMALE_KNOWN = list(`
  Amber Crystal Grace Lily Lilly Hazel Violet Ivy Ruby Rose Daisy Poppy Holly Jade Eve Summer Autumn Dawn June April May Pearl
  Opal Faith Hope Joy Harper Olive Iris Ginger Penny`)
export const MALE_KNOWN = list(`
  Bob Bill Jim Joe Tom Tim Dan Ken Ron Don Rob Nick Matt Max Ted Ed Ray Roy Dean Dale Wayne Chad Cody Austin Hunter Mason Cole
  Blake Chase Mark Will Art Gene Guy Rich Jesus Raj Grant`)

/** In Cyrillic and Han: a name stays in its script. */
export const CYRILLIC_FEMALE = list(`
  Алина Анастасия Анна Валентина Валерия Вера Вероника Галина Дарья Евгения Екатерина Елена Елизавета Инна Ирина Карина
  Кристина Ксения Лариса Лидия Людмила Маргарита Марина Мария Надежда Наталья Нина Оксана Ольга Полина Светлана София
  Тамара Татьяна Ульяна Юлия Яна`)
export const CYRILLIC_MALE = list(`
  Александр Алексей Анатолий Андрей Антон Артём Борис Вадим Валерий Василий Виктор Виталий Владимир Вячеслав Геннадий
  Георгий Григорий Даниил Денис Дмитрий Евгений Егор Иван Игорь Илья Кирилл Константин Леонид Максим Михаил Никита Николай
  Олег Павел Пётр Роман Руслан Сергей Степан Тимофей Фёдор Юрий Ярослав`)
export const HAN_GIVEN = list(`
  伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂英 建国 建华 志强 秀英 海燕 晓明 文静 雪梅 国强 玉兰 春梅 子轩
  梓涵 浩然 欣怡 宇航 雨桐 思远 佳琪 俊杰 诗涵 天佑 嘉怡 博文 若曦 明哲 雅婷 立新 永康`)
